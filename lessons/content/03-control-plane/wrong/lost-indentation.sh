# step: manifest
cat > control-plane.yaml <<'EOF'
apiVersion: v1
kind: Pod
metadata:
name: control-plane-pod
spec:
containers:
- name: kube-apiserver
image: registry.k8s.io/kube-apiserver:v1.36.0
- name: kube-controller-manager
image: registry.k8s.io/kube-controller-manager:v1.36.0
- name: kube-scheduler
image: registry.k8s.io/kube-scheduler:v1.36.0
EOF
kubectl apply -f control-plane.yaml
