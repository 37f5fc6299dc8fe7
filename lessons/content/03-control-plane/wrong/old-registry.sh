# step: manifest
cat > control-plane.yaml <<'EOF'
apiVersion: v1
kind: Pod
metadata:
  name: control-plane-pod
spec:
  containers:
    - name: kube-apiserver
      image: k8s.gcr.io/kube-apiserver:v1.21.0
    - name: kube-controller-manager
      image: k8s.gcr.io/kube-controller-manager:v1.21.0
    - name: kube-scheduler
      image: k8s.gcr.io/kube-scheduler:v1.21.0
EOF
kubectl apply -f control-plane.yaml
