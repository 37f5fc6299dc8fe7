# step: create
cat > deployment.yaml <<'EOF'
apiVersion: apps/v1
kind: Deployment
metadata:
  name: hello-world
spec:
  replicas: 3
  selector:
    matchLabels:
      app: hello
  template:
    metadata:
      labels:
        app: hello
    spec:
      containers:
        - name: hello
          image: helloworld-app
EOF
kubectl apply -f deployment.yaml

# step: chain
kubectl get deployments,replicasets,pods

# step: scale
kubectl scale deployment hello-world --replicas=5
kubectl scale deployment hello-world --replicas=3

# step: heal
kubectl delete pod {{ pods.filter(p, p.metadata.?labels.?app.orValue('') == 'hello')[0].metadata.name }} --wait=false
kubectl delete pod lonely --wait=false

# step: update
kubectl set image deployment/hello-world hello=helloworld-app:2.0

# step: undo
kubectl rollout undo deployment/hello-world
