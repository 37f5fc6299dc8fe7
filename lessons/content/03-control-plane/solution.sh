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
kubectl logs control-plane-pod -c kube-scheduler

# step: mirror
kubectl delete pod control-plane-pod
kubectl delete pod kube-scheduler-control-plane-1 -n kube-system

# step: scheduler
fault component-stop kube-scheduler
kubectl create deployment web --image=my-app:1.0 --replicas=2

# step: by-hand
cat > by-hand.yaml <<'EOF'
apiVersion: v1
kind: Pod
metadata:
  name: by-hand
spec:
  nodeName: node-1
  containers:
    - name: app
      image: my-app:1.0
EOF
kubectl apply -f by-hand.yaml
fault component-start kube-scheduler

# step: controllers
fault component-stop kube-controller-manager
kubectl delete pod {{ pods.filter(p, p.metadata.?labels.?app.orValue('') == 'web')[0].metadata.name }} --wait=false

# step: door
fault component-start kube-controller-manager
fault component-stop kube-apiserver
fault component-start kube-apiserver
