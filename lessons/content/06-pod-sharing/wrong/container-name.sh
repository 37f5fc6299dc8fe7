# step: network
cat > pair.yaml <<'EOF'
apiVersion: v1
kind: Pod
metadata:
  name: pair
spec:
  terminationGracePeriodSeconds: 2
  containers:
    - name: web
      image: nginx:1.29
    - name: asker
      image: busybox:1.37
      command: ["sh", "-c", "while true; do wget -q -O - http://web | grep title; sleep 10; done"]
EOF
kubectl apply -f pair.yaml
clock advance 20s
